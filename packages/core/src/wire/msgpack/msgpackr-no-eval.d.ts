/** The build of `msgpackr` that generates no code and loads no native addon, under `import` and `require` alike. */
declare module 'msgpackr/index-no-eval' {
  export { Packr } from 'msgpackr';
}
