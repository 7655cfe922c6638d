# Sets the three keys of a role in one section of a file in AWS's format; every other line is kept as it is.
function put() {
  printf "aws_access_key_id     = %s\n", ENVIRON["access_key"]
  printf "aws_secret_access_key = %s\n", ENVIRON["secret_key"]
  printf "aws_session_token     = %s\n", ENVIRON["session_token"]
  done = 1
}

/^[ \t]*\[/ {
  name = $0
  gsub(/^[ \t]*\[[ \t]*|[ \t]*\][ \t]*$/, "", name)
  inside = (name == section)
  print
  if (inside && !done) put()
  next
}

inside && /^[ \t]*aws_(access_key_id|secret_access_key|session_token)[ \t]*=/ { next }

{ print }

END {
  if (done) exit
  if (NR > 0) print ""
  printf "[%s]\n", section
  put()
}
