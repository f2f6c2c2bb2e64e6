#!/bin/sh
# The table that man pages and completions are made from: labels of every length.
. "$(dirname "$0")/../commands/helpers.sh"

cat > help.txt <<'END'
One thing
Usage: cytomo thing [OPTIONS] FILE

Positionals:
  FILE TEXT REQUIRED          What to read

Options:
  -h,--help                   Print this
  --exactly-twenty-seven TEXT Its text after one blank
  --kind TEXT:{a,b}=a         One of two
  --longer-than-thirty-columns TEXT
                              On the next line
  --bare
Size:
  --edge INT:INT in [0 - 9]   In another group
END
awk -f "$SOURCE/scripts/help-table.awk" help.txt | tr '\t' '|' > found
cat > wanted <<'END'
Summary||One thing
Usage||cytomo thing [OPTIONS] FILE
Positionals|FILE TEXT REQUIRED|What to read
Options|-h,--help|Print this
Options|--exactly-twenty-seven TEXT|Its text after one blank
Options|--kind TEXT:{a,b}=a|One of two
Options|--longer-than-thirty-columns TEXT|On the next line
Options|--bare|
Size|--edge INT:INT in [0 - 9]|In another group
END
diff -u wanted found || fail "the table of a help text"
