// promql.mjs FILE: a JSON array of PromQL expressions → for each, a line of JSON: how many faults Prometheus's own grammar finds in it, its metrics with
// the labels they are selected by, and the labels it groups by.
import { readFileSync } from "node:fs";
import { parser } from "@prometheus-io/lezer-promql";

for (const expression of JSON.parse(readFileSync(process.argv[2], "utf8"))) {
  const textOf = (node) => expression.slice(node.from, node.to);
  const found = { faults: 0, metrics: [], groupedBy: [] };
  parser.parse(expression).iterate({
    enter(node) {
      if (node.type.isError) found.faults++;
      if (node.name === "VectorSelector") found.metrics.push({ name: textOf(node.node.getChild("Identifier")), labels: [] });
      if (node.name === "LabelName") {
        if (node.node.parent.name === "GroupingLabels") found.groupedBy.push(textOf(node));
        else found.metrics.at(-1).labels.push(textOf(node));
      }
    },
  });
  console.log(JSON.stringify(found));
}
