"""What the JSON API and the forms carry. Requests are strict in size and shape; answers say times in UTC."""
