"""Does each way of telling how long a drive takes keep to the port?"""
