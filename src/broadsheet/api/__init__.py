"""The JSON door: `/api/v1`, described by OpenAPI, and the health checks that a supervisor asks."""
