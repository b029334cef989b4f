// Live QR scanner. The browser's own detector reads where there is one (Chrome on Android, ChromeOS and macOS);
// elsewhere the middle of the picture goes to our scan route. One camera stream per element, closed on a hit and when
// the element goes.

const scanners = new WeakMap()

export default function (component) {
  const { parentElement } = component
  let scanner = scanners.get(parentElement)
  if (!scanner) {
    scanner = new Scanner(parentElement)
    scanners.set(parentElement, scanner)
    scanner.update(component)
    scanner.startIfAllowed()
  } else {
    scanner.update(component) // Streamlit calls again whenever data or theme change
  }
  return () => {
    scanner.close()
    scanners.delete(parentElement)
  }
}

class Scanner {
  constructor(root) {
    this.stage = root.querySelector(".stage")
    this.video = root.querySelector("video")
    this.status = root.querySelector(".status")
    this.button = root.querySelector(".start")
    this.torch = root.querySelector(".torch")
    this.canvas = document.createElement("canvas")
    this.session = 0 // counts starts; what belongs to an older one is over
    this.button.onclick = () => this.start()
    this.torch.onclick = () => this.switchTorch()
  }

  update(component) {
    this.component = component
    this.texts = component.data.texts
    this.torch.textContent = this.texts.torch
    this.button.textContent = this.texts[this.buttonText ?? "start"]
    if (this.state) this.status.textContent = this.texts[this.state]
  }

  // Without a grant the browser's question must come from a press, where people expect it.
  async startIfAllowed() {
    if (!cameraOffered()) return this.stop("insecure")
    const session = this.session
    const permission = await navigator.permissions?.query({ name: "camera" }).catch(() => null)
    if (permission?.state === "granted" && session === this.session) this.start()
  }

  async start() {
    if (!cameraOffered()) return this.stop("insecure")
    const session = ++this.session
    this.button.hidden = true
    this.say("starting")
    let stream
    try {
      stream = await navigator.mediaDevices.getUserMedia(CAMERA)
    } catch (error) {
      if (session === this.session) this.stop(REASONS[error.name] ?? "failed")
      return
    }
    if (session !== this.session) return endTracks(stream) // gone while the browser asked
    this.stream = stream
    this.video.srcObject = stream
    this.stage.hidden = false
    await this.video.play().catch(() => {})
    this.torch.hidden = !stream.getVideoTracks()[0]?.getCapabilities?.().torch
    this.say("looking")
    this.look(session)
  }

  // Looks at one frame after the other until a hit; never more than half of the time: phone and server stay cool.
  async look(session) {
    const read = await bestReader()
    const deadline = performance.now() + PATIENCE_MS
    let failures = 0
    while (session === this.session) {
      const began = performance.now()
      if (began > deadline) return this.stop("paused")
      let pause = PAUSE_MS
      if (!document.hidden) {
        const seen = await read(this.video, this.canvas).catch(() => null)
        if (session !== this.session) return
        failures = seen ? 0 : failures + 1
        if (failures > MOST_FAILURES) return this.stop("offline")
        if (seen?.text) return this.found(seen.text)
        this.say(seen?.unreadable ? "closer" : "looking")
        pause = Math.max(pause, seen?.wait ?? 0, performance.now() - began)
      }
      await new Promise((resume) => setTimeout(resume, pause))
    }
  }

  found(text) {
    this.stop("found")
    navigator.vibrate?.(60)
    this.component.setTriggerValue("decoded", text)
  }

  stop(state) {
    this.close()
    this.stage.hidden = true
    this.torch.setAttribute("aria-pressed", "false")
    this.buttonText = state === "found" ? "start" : "retry"
    this.button.textContent = this.texts[this.buttonText]
    this.button.hidden = state === "insecure" // trying again would not help
    this.say(state)
  }

  close() {
    this.session += 1
    endTracks(this.stream)
    this.stream = null
    this.video.srcObject = null
  }

  say(state) {
    if (this.state === state) return // a repeated text would be read aloud again
    this.state = state
    this.stage.dataset.state = state
    this.status.textContent = this.texts[state]
  }

  async switchTorch() {
    const on = this.torch.getAttribute("aria-pressed") !== "true"
    try {
      await this.stream?.getVideoTracks()[0].applyConstraints({ advanced: [{ torch: on }] })
      this.torch.setAttribute("aria-pressed", String(on))
    } catch {
      this.torch.hidden = true
    }
  }
}

function cameraOffered() {
  return window.isSecureContext && Boolean(navigator.mediaDevices?.getUserMedia)
}

function endTracks(stream) {
  stream?.getTracks().forEach((track) => track.stop())
}

async function bestReader() {
  const formats = await window.BarcodeDetector?.getSupportedFormats().catch(() => [])
  if (!formats?.includes("qr_code")) return readByRoute
  const detector = new window.BarcodeDetector({ formats: ["qr_code"] })
  return (video, canvas) => readByDetector(detector, video, canvas)
}

// A detector hands out text and hides the bytes: what is not plain ASCII is left to the route, which knows encodings.
async function readByDetector(detector, video, canvas) {
  const codes = await detector.detect(video)
  const corners = (code) => code.cornerPoints.map(({ x, y }) => [x, y])
  const code = nearest(codes, corners, video.videoWidth / 2, video.videoHeight / 2)
  if (!code) return { text: null }
  return /^[\x20-\x7e]+$/.test(code.rawValue) ? { text: code.rawValue } : readByRoute(video, canvas)
}

async function readByRoute(video, canvas) {
  const frame = await middleOf(video, canvas)
  if (!frame) return { text: null }
  const answer = await fetch(new URL("api/v1/scan?seconds=0.12", document.baseURI), {
    method: "POST",
    body: frame,
    headers: { "Content-Type": frame.type },
  })
  if (answer.status === 503) return { text: null, wait: 1000 * Number(answer.headers.get("Retry-After") ?? 1) }
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`)
  const { codes, seen_unreadable: unreadable } = await answer.json()
  const code = nearest(codes, ({ position }) => position, canvas.width / 2, canvas.height / 2)
  return { text: code?.text, unreadable }
}

// Cropped, not scaled: a small code needs the camera's own pixels.
async function middleOf(video, canvas) {
  const { videoWidth: width, videoHeight: height } = video
  const side = Math.min(width, height, MOST_PIXELS)
  if (!side) return null
  canvas.width = canvas.height = side
  const context = canvas.getContext("2d", { willReadFrequently: true })
  context.drawImage(video, (width - side) / 2, (height - side) / 2, side, side, 0, 0, side, side)
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", JPEG_QUALITY))
}

function nearest(codes, corners, x, y) {
  const distance = (code) => {
    const points = corners(code)
    const mean = (axis) => points.reduce((sum, point) => sum + point[axis], 0) / points.length
    return Math.hypot(mean(0) - x, mean(1) - y)
  }
  return codes.reduce((best, code) => (best && distance(best) <= distance(code) ? best : code), null)
}

const CAMERA = {
  audio: false,
  video: { facingMode: { ideal: "environment" }, width: { ideal: 1280 }, height: { ideal: 720 } },
}
const REASONS = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "missing",
  OverconstrainedError: "missing",
  NotReadableError: "in_use",
  AbortError: "in_use",
}
const MOST_PIXELS = 720
const JPEG_QUALITY = 0.8
const PAUSE_MS = 150
const PATIENCE_MS = 90_000
const MOST_FAILURES = 5
