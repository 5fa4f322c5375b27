/* What the devices are called. */
#ifndef QUARRY_DEVICES_H
#define QUARRY_DEVICES_H

/* Writes a device's UUID as text, "GPU-" before it: 41 characters with the end. */
void device_uuid_text(int hardware, char *text);

#endif
