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
