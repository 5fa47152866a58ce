# shellcheck shell=sh disable=SC2016 # the variables are nginx's
# Starts nginx. The token goes from the Secret's file to a file of nginx, and never to an argument.
token=$(cat /run/ollama-token/token)
# What is written into a configuration has to be nothing but a token, also one that somebody else made.
case "$token" in *[!A-Za-z0-9_-]*) token="" ;; esac
if [ "${#token}" -lt 16 ] || [ "${#token}" -gt 512 ]; then
    echo "the key token of the Secret is no token: 16 to 512 letters, digits, - and _ on one line" >&2
    exit 1
fi
# A regular expression, because nginx compares plain values of a map without regard to case.
printf 'map $http_authorization $authorized { default 0; "~^[Bb]earer %s$" 1; }\n' "$token" > /tmp/token.conf
exec nginx -c /etc/ollama-token/nginx.conf -g 'daemon off;'
