"""What may go wrong between taking a sale in and having it recorded, with real processes and real lines."""
