// The open six-axis layout (profile imu6-open) on an Arduino Nano 33 BLE Sense.
//
// Needs the libraries ArduinoBLE and, by revision of the board,
//   Rev2: Arduino_BMI270_BMM150 (99.84 Hz, log with --rate 100)
//   Rev1: Arduino_LSM9DS1       (119 Hz,   log with --rate 119)
// Both set 4 g and 2000 deg/s; 4 g clips in running. The rate of a start command is the one the
// host counts on; these libraries have but one, which the info characteristic tells.
// Written from the libraries' documentation and not yet run on a board.

#include <ArduinoBLE.h>

#define REV2  // take this line out for the first revision
#ifdef REV2
#include <Arduino_BMI270_BMM150.h>
const float RATE_HZ = 99.84f;
#else
#include <Arduino_LSM9DS1.h>
const float RATE_HZ = 119.0f;
#endif

// A voltage divider from the battery halves its voltage onto this pin; without one, take this line
// out: the board then has no battery service.
// #define BATTERY_PIN A0

#define UUID(n) "7f2a000" n "-5c1e-4d0a-9b3f-6d1e8c24a790"

const uint16_t ACC_RANGE_G = 4, GYR_RANGE_DPS = 2000;
const float ACC_PER_COUNT = ACC_RANGE_G * 9.80665f / 32768, G_PER_COUNT = ACC_RANGE_G / 32768.0f;
const float DPS_PER_COUNT = GYR_RANGE_DPS / 32768.0f, GYR_PER_COUNT = DPS_PER_COUNT * DEG_TO_RAD;
const uint8_t MAX_SAMPLES = 19;  // 236 bytes: one link-layer packet

// This processor is little-endian, as the layout is.
struct Packet {
  uint8_t version, count;
  uint16_t sequence;
  uint32_t first_us;
  int16_t samples[MAX_SAMPLES][6];
} packet = {1, 0, 0, 0, {}};

struct __attribute__((packed)) Info {
  float acc_per_count, gyr_per_count, rate_hz;
  uint16_t acc_range_g, gyr_range_dps;
  uint8_t max_samples, axis_map;
} info = {ACC_PER_COUNT, GYR_PER_COUNT, RATE_HZ, ACC_RANGE_G, GYR_RANGE_DPS, MAX_SAMPLES, 0};

BLEService imu(UUID("1"));
BLECharacteristic dataCharacteristic(UUID("2"), BLENotify, sizeof(Packet));
BLECharacteristic infoCharacteristic(UUID("3"), BLERead, sizeof(Info), true);
BLECharacteristic control(UUID("4"), BLEWrite | BLENotify, 5);
#ifdef BATTERY_PIN
BLEService battery("180F");
BLEByteCharacteristic batteryLevel("2A19", BLERead);
#endif

bool running = false;
uint8_t batch = 1;
unsigned long ledUntil = 0;

void stopped(BLEDevice) { running = false; }

void commanded(BLEDevice, BLECharacteristic) {
  const uint8_t* command = control.value();
  const int length = control.valueLength();
  if (length < 1) return;
  if (command[0] == 0x00) running = false;
  if (command[0] == 0x01 && length == 4) {  // rate (u16), samples per packet
    batch = constrain(command[3], 1, MAX_SAMPLES);
    packet.count = 0;
    running = true;
  }
  if (command[0] == 0x03) {  // ping
    uint8_t reply[5] = {0x03};
    const uint32_t now = micros();
    memcpy(reply + 1, &now, sizeof now);
    control.writeValue(reply, sizeof reply);
  }
  if (command[0] == 0x04) ledUntil = millis() + 2000;
}

int16_t counts(float value, float perCount) {
  return (int16_t)constrain(lroundf(value / perCount), -32768, 32767);
}

void take() {
  float a[3], g[3];
  const uint32_t now = micros();
  IMU.readAcceleration(a[0], a[1], a[2]);
  IMU.readGyroscope(g[0], g[1], g[2]);
  if (!running) return;
  if (packet.count == 0) packet.first_us = now;
  int16_t* sample = packet.samples[packet.count++];
  for (int i = 0; i < 3; i++) {
    sample[i] = counts(a[i], G_PER_COUNT);
    sample[i + 3] = counts(g[i], DPS_PER_COUNT);
  }
  if (packet.count < batch) return;
  dataCharacteristic.writeValue((uint8_t*)&packet, 8 + 12 * packet.count);
  packet.sequence++;  // also when the radio was busy: so the host sees what was lost
  packet.count = 0;
}

void setup() {
  pinMode(LED_BUILTIN, OUTPUT);
  if (!IMU.begin() || !BLE.begin()) while (true) {}
  const String address = BLE.address();  // 01:23:45:67:89:ab
  String name = "IMU6-" + address.substring(12, 14) + address.substring(15);
  name.toUpperCase();
  BLE.setLocalName(name.c_str());
  BLE.setDeviceName(name.c_str());
  BLE.setConnectionInterval(12, 24);  // 15 to 30 ms
  imu.addCharacteristic(dataCharacteristic);
  imu.addCharacteristic(infoCharacteristic);
  imu.addCharacteristic(control);
  BLE.addService(imu);
#ifdef BATTERY_PIN
  battery.addCharacteristic(batteryLevel);
  BLE.addService(battery);
#endif
  BLE.setAdvertisedService(imu);
  infoCharacteristic.writeValue((uint8_t*)&info, sizeof info);
  control.setEventHandler(BLEWritten, commanded);
  BLE.setEventHandler(BLEDisconnected, stopped);
  BLE.advertise();
}

void loop() {
  BLE.poll();
  if (IMU.accelerationAvailable() && IMU.gyroscopeAvailable()) take();
  digitalWrite(LED_BUILTIN, millis() < ledUntil ? HIGH : LOW);
#ifdef BATTERY_PIN
  static unsigned long next = 0;
  if (millis() >= next) {  // 3.3 V empty, 4.2 V full: a rough line for a lithium cell
    next = millis() + 10000;
    const float volts = analogRead(BATTERY_PIN) * 2 * 3.3f / 1023;
    batteryLevel.writeValue((uint8_t)constrain(lroundf((volts - 3.3f) / 0.9f * 100), 0, 100));
  }
#endif
}
