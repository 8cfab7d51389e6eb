"""What happens when input is bad or something is gone?"""
