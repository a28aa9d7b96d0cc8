"""The account over HTTP: signed, repeated where that is safe, paged to the end, read exactly."""
