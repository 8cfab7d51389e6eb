"""What does an operator or a customer live through, from end to end?"""
