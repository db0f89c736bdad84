"""What is recorded, and where: records, the promises of a store, and the SQL store that keeps them."""
