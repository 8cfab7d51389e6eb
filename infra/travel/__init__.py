"""How long drives take, by whoever knows: learned great circles, a road graph, a routing service."""
