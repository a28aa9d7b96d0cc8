"""Policies, waivers and govern.yaml: strict YAML, where every fault is told with its place."""
