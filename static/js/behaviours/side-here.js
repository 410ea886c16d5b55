// The side bar is longer than a small screen: where one is stays in sight.
export function attach(nav) {
  nav.querySelector("[aria-current=page]")?.scrollIntoView({ block: "nearest" })
}
