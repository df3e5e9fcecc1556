"""German messages and attribute names, as the server words them."""

from __future__ import annotations

MESSAGES = {
    "blank": "muss ausgefüllt werden.",
    "cannot_be_automatically_scheduled": (
        "kann nicht auf false gesetzt werden (automatisch geplant), da es keine Vorgänger oder Unteraufgaben hat."
    ),
    "cannot_be_in_another_project": "darf nicht in einem anderen Projekt sein.",
    "cannot_be_milestone": "darf kein Meilenstein sein.",
    "cannot_be_milestone_due_to_children": (
        "kann kein Meilenstein werden, da dieses Arbeitspaket Unterelemente besitzt."
    ),
    "cannot_be_self_assigned": "kann nicht selbst zugewiesen werden.",
    "cannot_be_set_when_work_is_zero": "kann nicht eingestellt werden, wenn Aufwand gleich Null ist",
    "cant_be_inferior_to_remaining_work": "Kann nicht kleiner sein als Verbleibender Aufwand.",
    "cant_exceed_work": "Kann nicht größer als der Aufwand sein.",
    "cant_link_a_work_package_with_a_descendant": (
        "Ein Arbeitspaket kann nicht mit einer seiner Unteraufgaben verlinkt werden."
    ),
    "circular_dependency": "Diese Beziehung würde eine zyklische Abhängigkeit erzeugen.",
    "code_400": "Ungültige Anfrage: %{message}",
    "code_401": "Sie müssen sich authentifizieren, um auf die Ressource zugreifen zu können.",
    "code_401_wrong_credentials": "Die von Ihnen benutzten Zugangsdaten sind nicht korrekt.",
    "code_403": "Sie sind nicht berechtigt auf diese Ressource zuzugreifen.",
    "code_404": "Die angeforderte Ressource konnte nicht gefunden werden.",
    "code_409": "Die Ressource konnte wegen parallelen Zugriffs nicht aktualisiert werden.",
    "code_429": "Zu viele Anfragen. Bitte versuchen Sie es später erneut.",
    "code_500": "Ein interner Fehler ist aufgetreten.",
    "day_limit": "ist zu hoch, da maximal 24 Stunden pro Tag gebucht werden können.",
    "does_not_exist": "existiert nicht.",
    "does_not_match_work_and_remaining_work": "stimmt nicht mit Aufwand und Verbleibender Aufwand überein",
    "email": "ist keine gültige E-Mail-Adresse.",
    "error_enterprise_only": "%{action} ist nur in der OpenProject Enterprise Edition verfügbar.",
    "error_not_found": "nicht gefunden.",
    "error_unauthorized": "darf nicht zugegriffen werden.",
    "group_by_hierarchies_exclusive": "und die Gruppierung nach '%{group_by}' schließen sich gegenseitig aus.",
    "error_readonly": "wurde versucht zu beschreiben, ist aber nicht beschreibbar.",
    "file_too_large": "ist zu groß (nicht mehr als %{count} Bytes erlaubt).",
    "greater_than": "muss größer als %{count} sein.",
    "greater_than_or_equal_to": "muss größer oder gleich %{count} sein.",
    "greater_than_or_equal_to_start_date": "muss größer als oder gleich dem Anfangsdatum sein.",
    "inclusion": "ist nicht auf einen erlaubten Wert gesetzt.",
    "invalid": "ist ungültig.",
    "invalid_content_type": (
        "Es wird der CONTENT-TYPE '%{content_type}' erwartet, es wurde aber der CONTENT-TYP '%{actual}' gesandt."
    ),
    "invalid_format": (
        "Ungültiges Format für Eigenschaft '%{property}': Ein Format der Art '%{expected_format}' "
        "wurde erwartet, aber '%{actual}' wurde übergeben."
    ),
    "invalid_json": "Die Anfrage konnte nicht als JSON geparsed werden.",
    "invalid_on_create": "ist kein gültiger Status für neue Benutzer.",
    "invalid_resource": (
        "Für die Eigenschaft '%{property}' wird ein Link wie '%{expected}' erwartet. Gesandt wurde '%{actual}'."
    ),
    "invalid_url": "ist keine gültige URL.",
    "invalid_user_status_transition": ("Für diesen Nutzeraccount ist die angeforderte Statusänderung nicht zulässig."),
    "larger_than_dates": "ist größer als das Intervall zwischen dem Start- und dem Enddatum.",
    "less_than_or_equal_to": "muss kleiner oder gleich %{count} sein.",
    "locked": "ist gesperrt.",
    "lowercase": "Kleinbuchstaben (z.B. 'a')",
    "missing_property": "Fehlende Eigenschaft '%{property}'.",
    "missing_request_body": "Die Abfrage enthielt keinen Inhalt.",
    "multipart_body_error": "Die Anfrage enthielt nicht die erwarteten mehrteiligen Abschnitte.",
    "multiple_errors": "Einschränkungen für mehrere Felder wurden verletzt.",
    "must_be_empty_when_work_is_empty_and_percent_complete_is_100p": (
        "muss leer bleiben, wenn Aufwand gesetzt und % abgeschlossen 100% ist."
    ),
    "must_be_set_to_zero_hours_when_work_is_set_and_percent_complete_is_100p": (
        "muss 0h sein, wenn Aufwand gesetzt und %\u00a0abgeschlossen 100% ist."
    ),
    "must_be_set_when_remaining_work_and_percent_complete_are_set": (
        "ist erforderlich, wenn Verbleibender Aufwand und % abgeschlossen eingestellt sind."
    ),
    "must_be_set_when_work_and_percent_complete_are_set": (
        "ist erforderlich, wenn Aufwand und % abgeschlossen eingestellt sind."
    ),
    "must_be_set_when_work_and_remaining_work_are_set": (
        "Ist erforderlich, wenn Aufwand und Verbleibender Aufwand gesetzt ist."
    ),
    "must_start_with_letter": "muss mit einem Buchstaben beginnen",
    "no_special_characters": "darf nur Großbuchstaben, Zahlen und Unterstriche enthalten",
    "not_a_date": "ist kein gültiges Datum.",
    "not_a_duration": "ist keine gültige Dauer.",
    "not_a_number": "ist keine Zahl.",
    "not_allowed_to_view": "darf diese Ressource nicht sehen.",
    "not_an_integer": "ist keine ganzzahlige Zahl.",
    "not_an_object": "Der Anfrageinhalt war kein einzelnes JSON-Objekt.",
    "not_assignable": "Der gewählte Nutzer darf dem Arbeitspaket nicht als '%{property}' zugewiesen werden.",
    "not_available_for_milestones": "ist nicht für Meilenstein-typisierte Arbeitspakete verfügbar.",
    "not_current_user": "ist nicht der aktuelle Benutzer.",
    "not_start_date": "ist nicht identisch mit dem Startdatum, obwohl dies bei Meilensteinen Pflicht ist.",
    "numeric": "Ziffern (z.B. '1')",
    "only_active_priorities_allowed": "muss aktiv sein.",
    "only_same_project_categories_allowed": ("Ein Arbeitpaket und seine Kategorie müssen im selben Projekt sein."),
    "percent_inclusion": "muss zwischen 0 und 100 liegen.",
    "not_available": "ist aufgrund einer Systemkonfiguration nicht verfügbar.",
    "readonly_status": (
        "Das Arbeitspaket befindet sich in einem schreibgeschützten Status, so dass seine "
        "Attribute nicht geändert werden können."
    ),
    "regex_match_failed": "stimmt nicht mit dem regulären Ausdruck %{expression} überein.",
    "relation_error_not_found": "konnte nicht gefunden werden.",
    "relation_error_readonly": "kann für bestehende Beziehungen nicht geändert werden.",
    "relation_format": "Das ausgewählte Arbeitspaket %{message}",
    "requirements_not_met": "Muss Zeichen der folgenden Klassen enthalten: %{rules}",
    "retracted": "Die Änderungen wurden zurückgezogen.",
    "role_blank": "muss zugeordnet werden.",
    "smaller_than_dates": "ist kleiner als das Intervall zwischen Start und Enddatum.",
    "special": "Sonderzeichen (z.B. '%')",
    "sprint_not_assignable": "ist kein Sprint, in dem Arbeitspakete des Projekts sein können.",
    "status_invalid_in_type": "ist ungültig, da der aktuelle Status nicht in diesem Typ vorhanden ist.",
    "status_transition_invalid": (
        "ist ungültig, da kein valider Übergang vom alten zum neuen Status für die aktuelle Rolle "
        "des Nutzers existiert."
    ),
    "taken": "ist bereits vergeben.",
    "too_long": "ist zu lang (nicht mehr als %{count} Zeichen).",
    "too_short": "ist zu kurz (nicht weniger als %{count} Zeichen).",
    "unassignable": "kann keinem Projekt zugeordnet werden.",
    "unchangeable": "kann nicht geändert werden.",
    "undeletable_work_packages_attached": (
        "Die Version kann nicht gelöscht werden, da sie Arbeitspakete enthält, die an sie angeschlossen sind."
    ),
    "ungrantable": "hat eine nicht zuweisbare Rolle.",
    "updated_automatically": "_Automatisch durch die Änderungen in Unteraufgabe %{child} aktualisiert_",
    "uppercase": "Großbuchstaben (z.B. 'A')",
    "violates_relationships": (
        "muss mindestens auf %{soonest_start} gesetzt werden, um Beziehungen zu anderen "
        "Arbeitspaketen nicht zu verletzten."
    ),
    "widget_ends_before_start": "müssen einen Endwert haben, der größer als der Startwert ist.",
    "widget_outside": "liegt außerhalb des Gitters.",
    "widgets_overlap": "überschneiden sich.",
    "work_package_not_found": ("Das von Ihnen gesuchte Arbeitspaket konnte nicht gefunden werden oder wurde gelöscht."),
}

NAMES = {
    "subject": "Thema",
    "description": "Beschreibung",
    "status": "Status",
    "type": "Typ",
    "priority": "Priorität",
    "project": "Projekt",
    "parent": "Übergeordnetes Arbeitspaket",
    "assignee": "Zugewiesen an",
    "responsible": "Verantwortlich",
    "category": "Kategorie",
    "version": "Version",
    "startDate": "Anfangstermin",
    "dueDate": "Endtermin",
    "date": "Datum",
    "duration": "Dauer",
    "estimatedTime": "Aufwand",
    "remainingTime": "Verbleibender Aufwand",
    "percentageDone": "% abgeschlossen",
    "scheduleManually": "Manuelle Planung",
    "ignoreNonWorkingDays": "Nicht-Arbeitstage ignorieren",
    "author": "Autor",
    "createdAt": "Erstellt",
    "updatedAt": "Aktualisiert am",
    "attachments": "Anhänge",
    "login": "Benutzername",
    "email": "E-Mail",
    "firstName": "Vorname",
    "lastName": "Nachname",
    "password": "Kennwort",
    "name": "Name",
    "identifier": "Kennung",
    "user": "Benutzer",
    "principal": "Benutzer oder Gruppe",
    "roles": "Rollen",
    "sprint": "Sprint",
    "activity": "Aktivität",
    "hours": "Stunden",
    "spentOn": "Datum",
    "comment": "Kommentar",
    "title": "Titel",
    "language": "Sprache",
    "targetVersions": "Version",
    "fileName": "Dateiname",
    "file": "Datei",
    "sharing": "Gemeinsame Verwendung",
    "lag": "Abstand",
    "entity": "Entität",
    "storyPoints": "Story-Punkte",
    "columnCount": "Anzahl der Spalten",
    "rowCount": "Anzahl der Zeilen",
    "scope": "Geltungsbereich",
    "widgets": "Widgets",
}
