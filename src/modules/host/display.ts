/** Text from a host for a message: control characters (but for line ends and tabs) become visible, and it is bounded. */
export function displayText(text: string, limit = 4000): string {
  const safe = text.replace(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  )
  return safe.length <= limit ? safe : `${safe.slice(0, limit)} ... (${safe.length - limit} characters more)`
}
