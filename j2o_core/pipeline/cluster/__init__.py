"""A run on several machines: a coordinator plans and leads, the workers of a Dask cluster send."""
