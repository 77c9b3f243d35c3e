SELECT *
FROM `{ports}`
WHERE country IN UNNEST(@countries) AND port_latitude > @latitude
