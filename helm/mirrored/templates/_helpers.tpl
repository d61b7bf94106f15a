{{- define "mirrored.name" -}}
{{ .Release.Name | replace "." "-" | trunc 45 | trimSuffix "-" }}
{{- end }}

{{- /* A Job cannot be changed, so other values make another Job: helm creates it and deletes the old one. */}}
{{- define "mirrored.runName" -}}
{{ include "mirrored.name" . }}-{{ printf "%s %s" .Chart.Version (toJson .Values) | sha256sum | trunc 8 }}
{{- end }}

{{- define "mirrored.selector" -}}
app.kubernetes.io/name: mirrored
app.kubernetes.io/instance: {{ include "mirrored.name" . }}
{{- end }}

{{- define "mirrored.labels" -}}
{{ include "mirrored.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
{{- end }}

{{- /* Lets pods reach a collector in the cluster: one of this namespace (collector), or of another (collector.observability, with or without .svc.cluster.local). */}}
{{- define "mirrored.collectorRule" -}}
{{- $host := (urlParse .Values.telemetry.endpoint).host }}
{{- $names := splitList "." (regexReplaceAll "(\\.svc(\\.cluster\\.local)?)?(:[0-9]+)?$" $host "") }}
{{- $port := regexFind "[0-9]+$" (regexFind ":[0-9]+$" $host) | default (hasPrefix "https:" .Values.telemetry.endpoint | ternary "443" "80") }}
{{- if and $host (ne $port "443") (le (len $names) 2) -}}
# The collector.
- to:
    {{- if eq (len $names) 1 }}
    - podSelector: {}
    {{- else }}
    - namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: {{ index $names 1 }}
    {{- end }}
  ports:
    - protocol: TCP
      port: {{ $port }}
{{- else if and $host (ne $port "443") (not .Values.networkPolicy.egress) }}
  {{- fail (printf "telemetry.endpoint is port %s of %s, which is not in the cluster and which the network policy does not let workers reach: add a rule to networkPolicy.egress." $port (join "." $names)) }}
{{- end }}
{{- end }}
