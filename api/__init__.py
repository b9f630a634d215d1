"""The HTTP service: a deployment of the library that imports only its public names."""
