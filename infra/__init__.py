"""What do we call: databases, queues, vendors, and the servers we bring along?"""
