"""The store: the only SQL in the project. Facts and money rows are only added; projected columns can be rebuilt."""
