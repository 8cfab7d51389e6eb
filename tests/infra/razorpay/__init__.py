"""Is the payment gateway called rightly?"""
