// The camera of this device: what it sees, and a picture of it.

import {Broken} from '../scorer/refused.js';

/** @typedef {{new (track: MediaStreamTrack): {takePhoto: () => Promise<Blob>}}} Photographer not in every browser */

const QUALITY = 0.95;  // of JPEG, where the browser cannot ask the camera itself for a picture
const WISH = {video: {facingMode: 'environment', width: {ideal: 4096}, height: {ideal: 3072}}, audio: false};


/** Whether this page may ask for a camera: on a phone that needs https. */
export const hasCamera = () => Boolean(navigator.mediaDevices?.getUserMedia);


/** Holds the camera until it is closed. */
export class Camera {
  /** Asks the person; rejected by a DOMException where there is none or it is refused. @param {HTMLVideoElement} video shows what it sees */
  static async open(video) {
    const stream = await navigator.mediaDevices.getUserMedia(WISH), camera = new Camera(stream, video);
    video.srcObject = stream;
    await video.play().catch(error => {
      camera.close();
      throw error;
    });
    return camera;
  }

  /** @param {MediaStream} stream @param {HTMLVideoElement} video */
  constructor(stream, video) {
    this.stream = stream;
    this.video = video;
  }

  /** In the sensor's full size where the browser can, else the frame that is seen. @returns {Promise<Blob>} */
  async picture() {
    const {ImageCapture} = /** @type {{ImageCapture?: Photographer}} */ (/** @type {unknown} */ (window));
    if (!ImageCapture) return this.#frame();
    try { return await new ImageCapture(this.stream.getVideoTracks()[0]).takePhoto(); } catch { return this.#frame(); }
  }

  close() {
    for (const track of this.stream.getTracks()) track.stop();
    this.video.srcObject = null;
  }

  /** @returns {Promise<Blob>} */
  #frame() {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [this.video.videoWidth, this.video.videoHeight];
    canvas.getContext('2d')?.drawImage(this.video, 0, 0);
    return new Promise((taken, failed) => canvas.toBlob(blob => blob ? taken(blob) : failed(new Broken('noPhotograph')), 'image/jpeg', QUALITY));
  }
}
