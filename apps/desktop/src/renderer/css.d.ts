/** Style sheets beside components; the build bundles them. */
declare module '*.css';
