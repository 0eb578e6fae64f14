package dev.dmabroker.spec;

/** The vendors of {@code DRM_FORMAT_MOD_VENDOR_*}, whose numbers are the first byte of a code. */
enum Vendor {
  NONE(0, "no vendor"),
  INTEL(1, "Intel"),
  AMD(2, "AMD"),
  NVIDIA(3, "NVIDIA"),
  SAMSUNG(4, "Samsung"),
  QCOM(5, "Qualcomm"),
  VIVANTE(6, "Vivante"),
  BROADCOM(7, "Broadcom"),
  ARM(8, "Arm"),
  ALLWINNER(9, "Allwinner"),
  AMLOGIC(10, "Amlogic");

  private static final int SHIFT = 56;

  private final int number;
  private final String title;

  Vendor(int number, String title) {
    this.number = number;
    this.title = title;
  }

  /** The code of this vendor's modifier with a value, as {@code fourcc_mod_code} makes it. */
  long code(long value) {
    return (long) number << SHIFT | value;
  }

  /** The vendor of a code, for messages. */
  static String nameOf(long code) {
    int number = (int) (code >>> SHIFT);
    for (Vendor vendor : values()) {
      if (vendor.number == number) {
        return vendor.title;
      }
    }
    return String.format("unknown vendor 0x%02x", number);
  }
}
