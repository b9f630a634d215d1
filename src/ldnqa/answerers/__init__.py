"""What turns retrieved passages into claims, each resting on quotes."""
