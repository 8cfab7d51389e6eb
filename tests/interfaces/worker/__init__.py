"""Do workers share what is to be done?"""
