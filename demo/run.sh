#!/usr/bin/env bash
# Fashion-MNIST from the images as they were published to a report of influence.
# 60,000 training rows in 12 shards of every kind that is read; 10 test images and 20 training rows posing as test rows as queries.
set -euo pipefail
cd "$(dirname "$0")/.."

published=$(dirname "$(dpkg -L dataset-fashion-mnist | grep -m 1 'train-images')")
labels='T-shirt/top,Trouser,Pullover,Dress,Coat,Sandal,Shirt,Sneaker,Bag,Ankle boot'
test_rows=$(tr '\n' ',' < demo/test-rows.txt | sed 's/,$//')
leak_rows=$(tr '\n' ',' < demo/leak-rows.txt | sed 's/,$//')
data=out/demo-data

import() { # train|t10k, then options of `mirrored import`
    local part=$1; shift
    ./mirrored import "image=$published/$part-images-idx3-ubyte.gz" "label=$published/$part-labels-idx1-ubyte.gz" \
        --id id --caption "label=$labels" "$@" > /dev/null
}

if [ ! -e "$data/queries-leak.arrow" ]; then
    echo "importing Fashion-MNIST into $data"
    mkdir -p "$data"
    import train --rows 0..39999     --shards 8                   --out "$data/train-a"
    import train --rows 40000..49999 --shards 2 --format stream   --out "$data/train-b"
    import train --rows 50000..54999 --compression lz4            --out "$data/train-c.arrow"
    import train --rows 55000..59999 --compression zstd           --out "$data/train-d.arrow"
    import t10k  --rows "$test_rows" --text 'query=test-{id}'     --out "$data/queries-test.arrow"
    import train --rows "$leak_rows" --text 'query=leak-{id}'     --out "$data/queries-leak.arrow"
fi

./mirrored run demo/spec.json --out out/demo

# Rows of result.json that name a leaked row and the row that ranks first for it.
grep -o '"query":"leak-[0-9]*","top":\[{"rank":1,"shard":"[^"]*","row":[0-9]*,"id":[0-9]*' out/demo/result.json \
    | sed -E 's/.*leak-([0-9]+)".*"id":([0-9]+)$/\1 \2/' \
    | awk '$1 == $2 { first++ } END { printf "leaked rows first: %d of %d\n", first, NR }'
