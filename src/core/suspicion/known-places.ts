/** Places on the internet that say something by their name alone, as they were known on one day; never fetched. */
/** When these lists were last gone through. They change with a release, and with them what is proposed. */
export const KNOWN_PLACES_DATE = '2026-11-22';

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/** Everything below one of these is meant too. */
export const KNOWN_PLACES = {
  /** Registrable domains that attackers imitate. */
  brands: words(`
    adyen.com akamai.com aliyun.com amazon.com amazonaws.com anthropic.com apple.com atlassian.com auth0.com azure.com
    bitbucket.org cloudflare.com cloudfront.net confluent.io datadoghq.com digitalocean.com docker.com docker.io
    dropbox.com elastic.co facebook.com fastly.com github.com githubusercontent.com gitlab.com google.com googleapis.com
    googleusercontent.com grafana.com hashicorp.com heroku.com instagram.com jfrog.io klarna.com launchdarkly.com
    linkedin.com live.com mailchimp.com mailgun.net microsoft.com microsoftonline.com mongodb.com mongodb.net
    newrelic.com nodejs.org npmjs.org nvidia.com okta.com openai.com oracle.com pagerduty.com paypal.com postmarkapp.com
    pypi.org pythonhosted.org quay.io redhat.com salesforce.com segment.io sendgrid.net sentry.io shopify.com slack.com
    snowflakecomputing.com splunk.com stripe.com twilio.com ubuntu.com visa.com windows.net zendesk.com
  `),
  /** Anybody gets a place here in seconds, and keeps what was sent: drops, pastes, catchers of requests. */
  drops: words(`
    0x0.st anonfiles.com beeceptor.com bashupload.com burpcollaborator.net canarytokens.com catbox.moe dpaste.com
    dumpz.org file.io filebin.net ghostbin.com gofile.io hastebin.com hookbin.com interact.sh ix.io mega.nz
    oast.fun oast.live oast.me oast.online oast.pro oast.site oastify.com paste.ee pastebin.com pipedream.net
    pixeldrain.com requestbin.com requestbin.net requestcatcher.com rentry.co send-anywhere.com sprunge.us
    temp.sh termbin.com transfer.sh uguu.se webhook.site wetransfer.com
  `),
  /** They lead from the internet into a machine that stands anywhere. */
  tunnels: words(`
    bore.pub cloudflared.com localhost.run localtunnel.me loca.lt ngrok-free.app ngrok-free.dev ngrok.app ngrok.com
    ngrok.dev ngrok.io pagekite.me pinggy.io pinggy.link playit.gg portmap.io portquiz.net serveo.net
    telebit.cloud trycloudflare.com tunnelto.dev zrok.io
  `),
  /** What is sent here is somebody's own, and not necessarily ours: storage, code, chat. Many use them rightly. */
  uploads: words(`
    1drv.ms api.github.com api.telegram.org backblazeb2.com blob.core.windows.net cloudflarestorage.com
    digitaloceanspaces.com discord.com discordapp.com dropboxapi.com file.core.windows.net
    firebasestorage.googleapis.com gist.github.com gist.githubusercontent.com graph.microsoft.com hooks.slack.com
    linodeobjects.com r2.dev s3.amazonaws.com scw.cloud storage.googleapis.com storage.yandexcloud.net
    storage.live.com supabase.co wasabisys.com
  `),
  /** Resolvers behind HTTPS: whoever asks here takes names from strangers, unseen. */
  resolvers: words(`
    adguard-dns.com chrome.cloudflare-dns.com cleanbrowsing.org cloudflare-dns.com dns.adguard.com dns.alidns.com
    dns.cloudflare.com dns.digitale-gesellschaft.ch dns.google dns.mullvad.net dns.nextdns.io dns.opendns.com
    dns.quad9.net dns.sb dns10.quad9.net dns11.quad9.net doh.cleanbrowsing.org doh.dns.sb doh.opendns.com doh.pub
    mozilla.cloudflare-dns.com one.one.one.one
  `),
  /** The same, and resolvers for everybody, by address. */
  resolverAddresses: words(`
    1.0.0.1 1.0.0.2 1.1.1.1 1.1.1.2 4.2.2.1 4.2.2.2 8.8.4.4 8.8.8.8 9.9.9.9 9.9.9.10 9.9.9.11 45.90.28.0 45.90.30.0
    64.6.64.6 76.76.2.0 76.76.19.19 77.88.8.8 94.140.14.14 94.140.15.15 119.29.29.29 149.112.112.112 185.228.168.9
    208.67.220.220 208.67.222.222 223.5.5.5 223.6.6.6 2001:4860:4860::8888 2001:4860:4860::8844
    2606:4700:4700::1111 2606:4700:4700::1001 2620:fe::fe
  `),
  /** Where mined coins are handed in. */
  miningPools: words(`
    2miners.com antpool.com c3pool.com dwarfpool.com ethermine.org f2pool.com flypool.org herominers.com hashvault.pro
    kryptex.network minergate.com minexmr.com mining.pool.observer moneroocean.stream monerohash.com nanopool.org
    nicehash.com poolin.com p2pool.io slushpool.com supportxmr.com unmineable.com viabtc.com woolypooly.com xmrpool.eu
  `),
  /** Doors to hidden networks that have a name. */
  anonymity: words(`onion.ly onion.pet onion.to onion.ws tor2web.io tor2web.org torproject.org`),
  /** The name is an address, or whatever its holder said a minute ago. */
  dynamicNames: words(`
    afraid.org changeip.com chickenkiller.com ddns.net dnsdynamic.org dnsup.net duckdns.org dyn.com dyndns.org dynu.net
    dynv6.net freedns.org freemyip.com hopto.org ip-api.io ipq.co local-ip.sh localtest.me lvh.me mooo.com myddns.me
    nip.io no-ip.biz no-ip.com no-ip.org noip.me now-dns.com serveftp.com serveo.net sslip.io strangled.net
    sytes.net traefik.me vcap.me xip.io zapto.org
  `),
  /** Their hosts have made-up names as a matter of course. */
  madeUpHosts: words(`
    akamai.net akamaiedge.net akamaized.net amazonaws.com azureedge.net azurefd.net azurewebsites.net cloudflare.net
    cloudfront.net edgekey.net edgesuite.net fastly.net fastlylb.net googleusercontent.com llnwd.net on.aws
    snowflakecomputing.com windows.net
  `),
} as const;

/** The entry that a host is, or is below; nothing where none is. */
export function amongPlaces(host: string, places: readonly string[]): string | undefined {
  return places.find((place) => host === place || host.endsWith(`.${place}`));
}

/** Object storage spells its region into the name: `bucket.s3.eu-west-1.amazonaws.com`, `s3-eu-west-1.amazonaws.com`. */
export function uploadPlace(host: string): string | undefined {
  const listed = amongPlaces(host, KNOWN_PLACES.uploads);
  if (listed !== undefined) return listed;
  if (/(^|\.)s3([.-][a-z0-9-]+)*\.amazonaws\.com(\.cn)?$/.test(host)) return 's3.amazonaws.com';
  if (/(^|\.)(compat\.)?objectstorage\.[a-z0-9-]+\.oraclecloud\.com$/.test(host))
    return 'objectstorage.oraclecloud.com';
  if (/(^|\.)(oss|cos|obs)[.-][a-z0-9.-]+\.(aliyuncs|myqcloud|myhuaweicloud)\.com$/.test(host)) return host;
  return undefined;
}
