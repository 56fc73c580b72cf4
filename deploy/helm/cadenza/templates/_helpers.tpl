{{- define "cadenza.secret" -}}
{{- default (printf "%s-settings" .Release.Name) .Values.secret.existing -}}
{{- end -}}

{{- define "cadenza.image" -}}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) -}}
{{- end -}}
