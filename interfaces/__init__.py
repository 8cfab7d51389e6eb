"""Who calls us: browsers, terminals, queues, webhooks?"""
