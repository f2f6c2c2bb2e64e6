#!/bin/sh
# What is given in place of something else is named, and what was meant is shown.
. "$(dirname "$0")/helpers.sh"

volume=$CELL/tomogram.mrc classes=$CELL/classes.tif
says() { grep -qF -- "$1" err.txt || fail "does not say '$1'"; }

# A folder that cytomo wrote, where a volume is wanted.
mkdir -p result/found made/surfaces pages "my cells/a b" 'my cells/c d'
cp "$classes" "$CELL/instances.tif" result
echo '{}' >result/summary.json
echo object >result/objects.csv
echo '{}' >result/found/found.json
for name in info "segment" "suggest" "surface" "evaluate" "train --init none --steps 1 -o new.safetensors --labels $classes --images"; do
    case $name in
    segment) [ -f "$SOURCE/models/default.safetensors" ] || continue; set -- segment result new.tif ;;
    suggest) [ -f "$SOURCE/models/default.safetensors" ] || continue; set -- suggest result ;;
    surface) set -- surface result new ;;
    evaluate) set -- evaluate result "$classes" ;;
    *) set -- $name result ;;
    esac
    refused 1 "found a folder with results of cytomo analyze" "$@"
    says "result/classes.tif"
    says "cytomo measure result"
done
refused 1 "found a folder with results of cytomo analyze" train --folder result -o new.safetensors
refused 1 "measured again from. To measure it again: cytomo measure result" info result/found/
refused 1 "found a folder of cytomo simulate. Give the file inside it: $CELL/tomogram.mrc" info "$CELL"
# Where a result is wanted.
refused 1 "$CELL: expected a folder that cytomo analyze wrote, found a folder of cytomo simulate." measure "$CELL"
says "  cytomo measure $CELL/tomogram.mrc $CELL/classes.tif $CELL-measured"
refused 1 "found a folder of cytomo simulate" measure "$CELL/" -o new --smoothing 3
says "  cytomo measure $CELL/tomogram.mrc $CELL/classes.tif -o new --smoothing 3"
refused 1 "found a folder of cytomo simulate" measure "$CELL" new
says "  cytomo measure $CELL/tomogram.mrc $CELL/classes.tif new"
refused 1 "$CELL: expected results of cytomo, found a folder of cytomo simulate." \
    compare new --group a="$CELL" --group b=result
says "  cytomo measure $CELL/tomogram.mrc $CELL/classes.tif $CELL-measured"
rm -r result/classes.tif result/found
refused 1 "found a folder with results of cytomo measure" info result
cp "$classes" pages/1.tif
cp "$classes" pages/2.tif
refused 1 "found a folder of pictures" info pages

# Names that the shell took apart at blanks.
cp "$volume" 'my cell.mrc'
refused 2 "cytomo info 'my cell.mrc'" info my cell.mrc
refused 2 "cytomo convert 'my cell.mrc' new.tif" convert my cell.mrc new.tif
refused 2 "cytomo compare out --group 'treated=my cells/a b,my cells/c d' --group control=result" \
    compare out --group treated=my cells/a b,my cells/c d --group control=result
refused 2 "cytomo compare out --group 'my treated=result' --group control=pages" \
    compare out --group my treated=result --group control=pages
refused 2 "cytomo compare OUTDIR --group NAME=FOLDER" compare out more

# Folders to compare, without groups: each is one of its own in the call that is shown.
mkdir -p first/a second/a
refused 2 "  cytomo compare comparison --group result=result --group pages=pages" compare result pages
refused 2 "  cytomo compare new --seed 3 --group result=result --group pages=pages" compare result new pages --seed 3
refused 2 "  cytomo compare comparison --group first/a=first/a --group second/a=second/a" compare first/a second/a
refused 2 "  cytomo compare comparison --group result=result --group $(basename "$CELL")=$CELL-measured" \
    compare result "$CELL"
says "$CELL is a folder of cytomo simulate, and no result. To measure its true classes:"
says "  cytomo measure $CELL/tomogram.mrc $CELL/classes.tif $CELL-measured"
refused 2 "expected --group NAME=FOLDER" compare result
says "  cytomo compare comparison --group control=result --group treated=FOLDER,FOLDER"
refused 2 "expected --group NAME=FOLDER" compare "$CELL"
says "  cytomo compare comparison --group control=$CELL-measured --group treated=FOLDER,FOLDER"
refused 2 "  cytomo compare out --group control=FOLDER,FOLDER --group treated=FOLDER,FOLDER" compare out

# Training called without options, or with too few.
refused 2 "cytomo train --images TOMOGRAM --labels LABELS -o MODEL.safetensors" train
refused 2 "cytomo train --images $volume --labels $classes -o new.safetensors" train "$volume" "$classes" -o new.safetensors
# The file says what its values are: what --classes leaves out need not be named.
refused 1 "Or leave out --classes: the file says what its values are" train --images "$volume" --labels "$classes" \
    --classes 1=mitochondrion --init none --steps 1 -o new.safetensors

# Voxel sizes in µm, with blanks, unusual ones.
refused 2 "It takes nm. Did you mean '20'?" info "$volume" --voxel-nm 0.02
refused 2 "It takes nm. Did you mean '20,20,10'?" info "$volume" --voxel-nm 0.02,0.02,0.01
refused 2 "found '0.00001'" info "$volume" --voxel-nm 0.00001
! grep -q "Did you mean" err.txt || fail "takes 0.01 nm for a voxel size that was meant"
for given in "12  13 14" "12, 13, 14" " 12 ,13 ,14 "; do
    cytomo info "$volume" --voxel-nm "$given" --json
    about "$(json out.txt voxel_nm 0)" 12 0.001 "voxel size along x of '$given'"
    about "$(json out.txt voxel_nm 2)" 14 0.001 "voxel size along z of '$given'"
done
refused 2 "found '12 13 x'" info "$volume" --voxel-nm "12 13 x"
refused 2 "found '12,,13'" info "$volume" --voxel-nm "12,,13"
refused 2 "cytomo info $volume --voxel-nm 20,20,10" info "$volume" --voxel-nm 20 20 10
for given in 0.5 200 20,20,300; do
    cytomo info "$volume" --voxel-nm $given
    expect 1 "remarks about $given nm" grep -c "is taken as given, but unusual" err.txt
done
cytomo info "$volume" --voxel-nm 0.5 --quiet
[ ! -s err.txt ] || fail "--quiet speaks"
cytomo info "$volume" --voxel-nm 10
! grep -q unusual err.txt || fail "10 nm are unusual"

# A tomogram in place of classes, one of 8 bits too; labels in place of a tomogram.
cytomo convert "$volume" grey.tif --type uint8 --scale-to-type
for grey in "$volume" grey.tif; do
    refused 1 "$grey: expected labels, the number of a class for each voxel, found what seems to be grey values" \
        evaluate "$grey" "$classes"
    refused 1 "$grey: expected labels" evaluate "$classes" "$grey"
done
refused 1 "grey.tif: expected at most 255 different labels" evaluate grey.tif "$classes" --legend 1=nucleus

# Measures by a part of their names; the slice by its number.
refused 2 "Did you mean --index? It counts from 0" render slices "$volume" --slice 3 -o new.png

# Values that --legend does not name.
refused 1 "What is 2, 3, 4, 5, 6? Name every value: --legend" convert "$classes" new.tif --legend 1=cytoplasm
[ ! -e new.tif ] || fail "a file in spite of the error"
cytomo convert "$classes" new.tif --legend 1=a,2=b,3=c,4=d,5=e,6=f
cytomo info new.tif --json
expect c "the name of class 3" json out.txt legend 3 name
# Which labels occur: as many voxels as evaluate counts.
cytomo evaluate "$classes" "$classes" --json
voxels=$(json out.txt classes 2 true_voxels)
cytomo info "$classes"
grep -q "^labels .* 3 ($voxels voxels)" out.txt || fail "info does not say how many voxels are 3: $(cat out.txt)"

# Whole numbers; calls that would be refused are not shown.
refused 2 "--smoothing: expected a whole number, found '0.5'" surface "$classes" new --smoothing 0.5
refused 2 "cytomo train --images TOMOGRAM --labels LABELS -o MODEL.safetensors" train --init wide
! grep -q "OUTPUT" err.txt || fail "shows a call that is refused: $(cat err.txt)"
# A free name is shown.
mkdir -p "taken-measured" && mkdir taken && cp "$volume" taken/tomogram.mrc && cp "$CELL/truth.json" taken && cp "$classes" taken/classes.tif
refused 1 "taken-measured-2" measure taken
# Wrong classes of a large volume are told in little memory: one slice at a time.
printf '\223NUMPY\001\000v\000' >large.npy
printf "%-117s\n" "{'descr': '|u1', 'fortran_order': False, 'shape': (256, 512, 512), }" >>large.npy
head -c $((256 * 512 * 512 - 1)) /dev/zero >>large.npy
printf '\011' >>large.npy
code=0
(ulimit -v 600000 && "$CYTOMO" surface large.npy new --voxel-nm 20 --threads 1) >out.txt 2>err.txt || code=$?
expect 1 "the exit code" echo $code
! grep -q "out of memory" err.txt || fail "needs the memory of all object numbers to say that 9 has no meaning"

# Threads that the environment does not give.
export OMP_THREAD_LIMIT=1
cytomo info "$volume" --threads 3
expect 1 "remarks about threads" grep -c "^--threads 3: the environment allows 1 (OMP_THREAD_LIMIT)" err.txt
OMP_THREAD_LIMIT=4
cytomo info "$volume" --threads 3
! grep -q -- "--threads" err.txt || fail "speaks of threads that are there"

unset OMP_THREAD_LIMIT

need_model
refused 1 "classes.tif: expected a tomogram, grey values, found labels" bias new --like "$classes" --cells 1
cytomo bias likewise --like "$volume" --size 48,40,32 --cells 1 --views 1 --photons 1000
grep -q "48 × 40 × 32 voxels of 40 × 40 × 40 nm" likewise/report.html || fail "--size was not taken beside --like"
