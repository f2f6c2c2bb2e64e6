# From a help text as cytomo prints it: one line for each entry, SECTION<TAB>LABEL<TAB>TEXT, such as
# Options<TAB>--views INT:{0,1,2,4,8}=0<TAB>Mean over mirror images …; and for the lines above the first section
# Summary<TAB><TAB>TEXT and Usage<TAB><TAB>TEXT. Labels fill 30 columns; longer ones have their text on the next line.

{ lines[NR] = $0 }

END {
    section = "Summary"
    blank = sprintf("%30s", "")
    for (i = 1; i <= NR; ++i) {
        line = lines[i]
        if (line ~ /^[A-Z][A-Za-z ]*:$/) {
            finish()
            section = substr(line, 1, length(line) - 1)
        } else if (line ~ /^Usage: /) {
            finish()
            print "Usage\t\t" substr(line, 8)
        } else if (section == "Summary") {
            if (line != "") print "Summary\t\t" line
        } else if (line ~ /^  [^ ]/) {
            finish()
            apart = substr(line, 29, 2) == "  "
            whole = length(line) < 30 || (!apart && i < NR && substr(lines[i + 1], 1, 30) == blank)
            label = whole ? line : substr(line, 1, 30)
            text = whole ? "" : substr(line, 31)
            gsub(/^ +| +$/, "", label)
        } else if (line ~ /^    / && label != "") {
            sub(/^ +/, "", line)
            text = text (text == "" ? "" : " ") line
        }
    }
    finish()
}

function finish() {
    if (label != "") print section "\t" label "\t" text
    label = ""
}
