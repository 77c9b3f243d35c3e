SELECT port_name, port_latitude, country, seen_at
FROM `{ports}`
WHERE country = @country
