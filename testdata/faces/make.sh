#!/bin/sh
# Makes the pictures of this folder from the unpacked package (see README.md): make.sh PACKAGE/openpeople/data/curated
# Needs ImageMagick and opj_compress (Debian: imagemagick, libopenjp2-tools).
set -eu
cd "$(dirname "$0")"
for id in P001 P002 P004 P005 P006 P007 P008 P009 P010; do
    person=$(echo "$id" | tr P p)
    mkdir -p "$person"
    # Cut as a passport has it.
    convert "$1/$id/assets/studio_portrait.jpg" -crop 1400x1800+324+60 +repage -resize '413x531!' -strip portrait.png
    convert portrait.png -define jpeg:extent=16kB "$person/portrait.jpg"
    convert portrait.png portrait.ppm
    # 413 x 531 x 3 bytes to about 12 kB, as in many chips.
    opj_compress -i portrait.ppm -o "$person/portrait.jp2" -r 54 >/dev/null
    convert "$1/$id/assets/amateur_selfie.jpg" -resize 480x -strip -quality 80 "$person/live.jpg"
    rm portrait.png portrait.ppm
done
