"""The memory of all stations: models, migrations, units, the append-only event log, exports."""
