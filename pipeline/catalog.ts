import type { Catalog, Product, Region } from 'ecom-analytics';

function product(
  product_id: string,
  product_name: string,
  category: string,
  price: number,
  weight: number,
): Product {
  return { product_id, product_name, category, price, weight };
}

/** What the sample shop sells: 28 products in 6 categories. A shop puts its own here. */
const products: readonly Product[] = [
  product('P001', 'Laptop Pro 15', 'Electronics', 1299.95, 1),
  product('P002', 'Wireless Headphones', 'Electronics', 89.99, 22),
  product('P003', 'Phone Charger', 'Electronics', 19.99, 40),
  product('P004', 'Smart Watch', 'Electronics', 249.0, 10),
  product('P005', 'Tablet 11', 'Electronics', 449.5, 6),
  product('P006', 'Running Shoes', 'Clothing', 119.95, 18),
  product('P007', 'Cotton T-Shirt', 'Clothing', 14.9, 48),
  product('P008', 'Rain Jacket', 'Clothing', 79.0, 14),
  product('P009', 'Wool Socks', 'Clothing', 9.95, 38),
  product('P010', 'Denim Jeans', 'Clothing', 59.9, 26),
  product('P011', 'Espresso Machine', 'Home', 329.0, 5),
  product('P012', 'Desk Lamp', 'Home', 34.95, 21),
  product('P013', 'Cast Iron Pan', 'Home', 42.5, 17),
  product('P014', 'Bed Linen Set', 'Home', 64.99, 13),
  product('P015', 'Storage Box', 'Home', 12.49, 30),
  product('P016', 'Mystery Novel', 'Books', 12.99, 36),
  product('P017', 'Cookbook', 'Books', 28.0, 19),
  product('P018', 'Atlas of the Sea', 'Books', 49.95, 6),
  product('P019', 'Picture Book', 'Books', 8.5, 24),
  product('P020', 'Yoga Mat', 'Sports', 29.95, 22),
  product('P021', 'Road Bike', 'Sports', 899.0, 1),
  product('P022', 'Tennis Racket', 'Sports', 139.0, 7),
  product('P023', 'Water Bottle', 'Sports', 15.75, 33),
  product('P024', 'Climbing Rope', 'Sports', 109.9, 5),
  product('P025', 'Face Cream', 'Beauty', 24.9, 27),
  product('P026', 'Shampoo', 'Beauty', 7.99, 41),
  product('P027', 'Eau de Parfum', 'Beauty', 84.0, 9),
  product('P028', 'Hair Dryer', 'Beauty', 54.95, 10),
];

/** Where the sample shop sells. */
const regions: readonly Region[] = [
  { name: 'US-East', utcOffsetHours: -5, weight: 26 },
  { name: 'US-West', utcOffsetHours: -8, weight: 18 },
  { name: 'EU-West', utcOffsetHours: 0, weight: 20 },
  { name: 'EU-Central', utcOffsetHours: 1, weight: 16 },
  { name: 'Asia-Pacific', utcOffsetHours: 9, weight: 14 },
  { name: 'South-America', utcOffsetHours: -3, weight: 6 },
];

export const catalog: Catalog = { products, regions };
