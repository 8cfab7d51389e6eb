"""What do tests stand on: servers of their own and databases made in milliseconds?"""
