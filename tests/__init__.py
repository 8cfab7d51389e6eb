"""What is promised, and is it kept?"""
