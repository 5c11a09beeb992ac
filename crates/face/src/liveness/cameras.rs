//! Labels of cameras that are programs. A list of data: it finds those who do not hide, and nobody else.

/// Parts of labels, in small letters, of virtual cameras and of programs that change faces.
pub const VIRTUAL: &[&str] = &[
    "obs virtual",
    "obs-camera",
    "obs camera",
    "virtual cam",
    "virtual webcam",
    "virtual video",
    "vcam",
    "v4l2loopback",
    "v4l2 loopback",
    "dummy video",
    "manycam",
    "xsplit",
    "splitcam",
    "sparkocam",
    "webcamoid",
    "akvcam",
    "camtwist",
    "snap camera",
    "snap webcam",
    "youcam",
    "mmhmm",
    "prism live",
    "streamlabs",
    "ndi video",
    "newtek ndi",
    "chromacam",
    "nvidia broadcast",
    "unity video capture",
    "screen capture",
    "avatarify",
    "deepfacelive",
    "facerig",
    "animaze",
    "e2esoft",
    "altercam",
    "magic camera",
    "fake webcam",
    "iriun",
    "droidcam",
    "epoccam",
    "ip camera adapter",
];

/// Parts of labels of the fake devices that browsers have for tests; Chrome shows the name of the file that it plays.
pub const FAKE_DEVICES: &[&str] = &["fake_device", "fake device", "fake video", ".mjpeg", ".y4m"];

/// What a label says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Label {
    /// Nothing against it.
    Plain,
    /// No label at all. Browsers give one after the person has allowed the camera.
    Empty,
    /// A fake device of a browser under test.
    FakeDevice,
    /// A program.
    Virtual,
}

/// Looks a label up.
pub fn label(label: &str) -> Label {
    let label = label.to_lowercase();
    let has = |parts: &[&str]| parts.iter().any(|part| label.contains(part));
    if has(VIRTUAL) {
        Label::Virtual
    } else if has(FAKE_DEVICES) {
        Label::FakeDevice
    } else if label.trim().is_empty() {
        Label::Empty
    } else {
        Label::Plain
    }
}
