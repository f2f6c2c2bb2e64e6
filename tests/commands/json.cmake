# cmake -DFILE=… -DKEYS=a;b -P json.cmake: prints the value at a.b of a JSON file; fails if there is none.
file(READ "${FILE}" text)
string(JSON value GET "${text}" ${KEYS})
execute_process(COMMAND "${CMAKE_COMMAND}" -E echo "${value}")
