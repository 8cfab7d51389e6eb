"""What outside services told us, and nobody has made anything of yet?"""
