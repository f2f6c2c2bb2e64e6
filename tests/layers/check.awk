# Reads sources and headers of cytomo (paths from the top of the repository) and reports every #include that
# its folder may not have.

BEGIN {
    # Folder: the folders it may include besides itself.
    may["core"] = ""
    may["io"] = may["image"] = may["labels"] = "core"
    may["surfaces"] = may["simulation"] = may["network"] = "core image"
    may["measures"] = "core labels surfaces"
    may["report"] = "core surfaces measures"
    may["analyze"] = "core image simulation network labels surfaces measures report"
    may["commands"] = may["examples"] = may["bench"] = may["fuzz"] = \
        "core io image simulation network labels surfaces measures report analyze"
    # Tests may also read files.
    test_extra = "io"

    # Third-party header (beginning of its name): the folders that are its home.
    home["torch/"] = "network bench"
    home["ATen/"] = home["c10/"] = home["caffe2/"] = "network"
    home["dnnl"] = home["oneapi/"] = home["omp.h"] = "network bench"
    home["embree"] = home["png.h"] = "report"
    home["hdf5"] = home["H5"] = home["tiff"] = "io"
    home["zlib.h"] = "io"
    home["CLI/"] = "commands"
    home["nlohmann/"] = "io simulation network measures report commands bench"
    home["gtest/"] = home["gmock/"] = "tests"

    # Of the system, not of a third party.
    split("unistd.h fcntl.h signal.h pthread.h dlfcn.h immintrin.h cpuid.h x86intrin.h", system_headers, " ")
    for (i in system_headers) is_system[system_headers[i]] = 1
}

function contains(list, word) { return index(" " list " ", " " word " ") > 0 }

function complain(where, text) {
    print where ": " text
    ++violations
}

# src/cytomo/io/mrc.h → io; src/cytomo/analyze.h → analyze; commands/info.cpp → commands; tests/fuzz/… → fuzz
function folder_of(path,   parts, count) {
    count = split(path, parts, "/")
    if (parts[1] == "src") return count > 3 ? parts[3] : "analyze"
    if (parts[1] == "tests") return parts[2]
    return parts[1]
}

function is_test(path) { return path ~ /_test\.cpp$/ || path ~ /\/test_[a-z_]*\.h$/ || path ~ /\/golden_file\.h$/ }

function check_own(path, where, header,   from, to) {
    from = folder_of(path)
    to = folder_of("src/" header)
    if (from == to || contains(may[from], to)) return
    if (is_test(path) && contains(test_extra, to)) return
    complain(where, from " may not include " header \
             " (it may include: " (may[from] == "" ? "the standard library" : may[from]) ")")
}

function check_third_party(path, where, header,   prefix, found) {
    for (prefix in home)
        if (index(header, prefix) == 1) {
            found = 1
            if (contains(home[prefix], folder_of(path))) return
            if (contains(home[prefix], "tests") && is_test(path)) return
        }
    if (found)
        complain(where, folder_of(path) " is not the home of <" header ">")
    else
        complain(where, "<" header "> has no home yet; if it needs one, name it in tests/layers/check.awk")
}

FNR == 1 {
    exists[FILENAME] = 1
    if (!(folder_of(FILENAME) in may)) complain(FILENAME ":1", "folder " folder_of(FILENAME) " is not in the table")
}

/^[ \t]*#[ \t]*include/ {
    where = FILENAME ":" FNR
    header = $0
    sub(/^[ \t]*#[ \t]*include[ \t]*/, "", header)
    quoted = substr(header, 1, 1) == "\""
    if (!quoted && substr(header, 1, 1) != "<") { complain(where, "cannot see what is included"); next }
    header = substr(header, 2)
    sub(/[">].*/, "", header)

    if (header ~ /\.\./) { complain(where, "no ways up: include \"cytomo/…\" or a neighbour"); next }
    if (header ~ /^cytomo\//) {
        if (!quoted) complain(where, "own headers are included with quotes")
        check_own(FILENAME, where, header)
        target = "src/" header
    } else if (quoted) {
        target = FILENAME
        sub(/[^\/]*$/, header, target)
        if (header ~ /\//) complain(where, "a neighbour's name has no folder: \"" header "\"")
    } else {
        target = ""
        if (header ~ /[.\/]/ && header !~ /^sys\// && !(header in is_system)) {
            check_third_party(FILENAME, where, header)
            if (FILENAME ~ /\.h$/ && !is_test(FILENAME)) private[FILENAME] = header
        }
    }
    if (target != "") {
        ++edges
        edge_from[edges] = FILENAME
        edge_to[edges] = target
        edge_where[edges] = where
    }
}

END {
    # A header that brings in a third party's, itself or through others, stays within its folder.
    do {
        changed = 0
        for (e = 1; e <= edges; ++e)
            if (edge_from[e] ~ /\.h$/ && edge_to[e] in private && !(edge_from[e] in private)) {
                private[edge_from[e]] = private[edge_to[e]]
                changed = 1
            }
    } while (changed)
    for (e = 1; e <= edges; ++e) {
        # Benchmarks measure parts from inside.
        if (edge_to[e] in private && folder_of(edge_from[e]) != folder_of(edge_to[e]) && \
            folder_of(edge_from[e]) != "bench")
            complain(edge_where[e], edge_to[e] " brings in <" private[edge_to[e]] "> and is private to its folder")
        if (!(edge_to[e] in exists) && edge_to[e] !~ /\.inc$/)
            complain(edge_where[e], "there is no " edge_to[e])
    }
    exit violations > 0
}
