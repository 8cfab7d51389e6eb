"""The projector process: read models, and what else follows the log on a thread of its own."""
