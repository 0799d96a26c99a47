"""The words of the business: values and rules without input or output. Every other room speaks them."""
