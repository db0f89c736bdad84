"""Bring the database to the form that the shop needs, then end: the container `migrate` of the workload."""

import os

from orders import Orders

if __name__ == "__main__":
    Orders(os.environ["DATABASE_URL"]).migrate()
    print("the table of orders is there", flush=True)
