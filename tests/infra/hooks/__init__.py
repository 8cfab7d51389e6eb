"""Does a webhook of ours reach whom it is for, and nobody else?"""
