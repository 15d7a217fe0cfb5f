// What a QR code or a pasted line holds: the address of a check page, perhaps with signed words behind it.
const SCHEME = new RegExp("^[a-z]+://", "i");
const LINK = /\/v\/([^/]+)(?:\/([A-Z2-7]{144}))?\/?$/i;
const TOKEN = /^[A-Z2-7]{144}$/i;
const CODE = /^[0-9A-Z]{16}$/;
const SIDES = [1600, 1000, 2600, 600]; // pixels of the longer side: a large picture is as hard to read as a small one
const MOST = 3; // codes looked for in one picture

function codeOf(typed) {
  const plain = typed.toUpperCase().replace(/[\s-]/g, "").replace(/O/g, "0").replace(/[IL]/g, "1").replace(/U/g, "V");
  return CODE.test(plain) ? plain : "";
}

// {code, token, host}: any of them may be empty. Null when the words are none of a certificate's.
export function partsOf(text) {
  const plain = text.trim();
  if (TOKEN.test(plain)) return { code: "", token: plain, host: "" };
  let address = null;
  try {
    address = new URL(SCHEME.test(plain) ? plain : `https://${plain}`);
  } catch {
    // no address, so perhaps a number
  }
  const found = address && LINK.exec(address.pathname);
  const code = codeOf(found ? found[1] : plain);
  return code || found?.[2] ? { code, token: found?.[2] ?? "", host: found ? address.host : "" } : null;
}

function drawn(source, width, height, side) {
  const scale = Math.min(1, side / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.fillStyle = "white"; // behind a picture that one can see through
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(source, 0, 0, canvas.width, canvas.height);
  return pen.getImageData(0, 0, canvas.width, canvas.height);
}

// Paints over a code that was read, so that the next one is found.
function cover(picture, { topLeftCorner, topRightCorner, bottomLeftCorner, bottomRightCorner }) {
  const corners = [topLeftCorner, topRightCorner, bottomLeftCorner, bottomRightCorner];
  const [xs, ys] = [corners.map((corner) => corner.x), corners.map((corner) => corner.y)];
  const within = (value, most) => Math.max(0, Math.min(most, Math.round(value)));
  const [left, right] = [within(Math.min(...xs), picture.width), within(Math.max(...xs), picture.width)];
  for (let y = within(Math.min(...ys), picture.height); y < within(Math.max(...ys), picture.height); y += 1) {
    picture.data.fill(255, (y * picture.width + left) * 4, (y * picture.width + right) * 4);
  }
}

// Paper carries two codes: one with the number alone, and one with the signed words, which says more.
export function isSigned(text) {
  return Boolean(partsOf(text)?.token);
}

function squareIn(source, width, height, side) {
  const picture = drawn(source, width, height, side);
  let best = null;
  for (let look = 0; look < MOST; look += 1) {
    const found = globalThis.jsQR?.(picture.data, picture.width, picture.height);
    if (!found) break;
    if (isSigned(found.data)) return found.data;
    best ??= found.data;
    cover(picture, found.location);
  }
  return best;
}

export async function fromPicture(file) {
  const picture = await createImageBitmap(file);
  let best = null;
  try {
    for (const side of SIDES) {
      const found = squareIn(picture, picture.width, picture.height, side);
      if (found && isSigned(found)) return found;
      best ??= found;
      await new Promise((resolve) => setTimeout(resolve));
    }
    return best;
  } finally {
    picture.close();
  }
}

export function fromVideo(video) {
  return video.videoWidth ? squareIn(video, video.videoWidth, video.videoHeight, 1000) : null;
}
