"""What do people get who read with SQL?"""
