"""Does the terminal show the city as the API tells it?"""
