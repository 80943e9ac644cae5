/** Registrable domains under which strangers have names of their own, so that a wildcard would let them in. */

/**
 * Those that the public-suffix list's private section has suffixes below (November 2026), which a look-up of the domain
 * itself does not tell, and shared places that the list does not know.
 */
export const SHARED_DOMAINS: ReadonlySet<string> = new Set(
  `
    addr.tools akamai.net akamaiedge.net amazonaws.com amazonaws.com.cn amazoncognito.com amazonwebservices.com.cn
    amazonwebservices.eu amba.host aseinet.ne.jp atlassian-dev.net aws-cloud9.us-east-1.amazonaws.com axarnet.cloud
    azure.net backblazeb2.com bedrock-agentcore.us-east-1.amazonaws.com beebyte.io beebyteapp.io brendly.ba
    brendly.hr brendly.rs bubble.io canva.site canvasite.cn cdn77-secure.org cdn77.net cdn77.org cldmail.ru
    clever-cloud.com cloud9.us-east-1.amazonaws.com cloudflareanycast.net cloudflarecn.net cloudflareglobal.net
    cloudflarestorage.com cloudlets.com.au cloudplatform.fi cloudscale.ch code.com contentproxy9.cz core.windows.net
    cosidns.de crm.dev cs.amazonlightsail.com dappnode.io databricksapps.com databricksapps.us datadetect.com
    discord.com dns.google dogado.eu dualstack.us-east-1.amazonaws.com edgekey.net edgesuite.net elastx.net
    emergentagent.com emf.camp encoway.cloud enscaled.us evennode.com evervault.app evervault.dev fastly.net
    fbsbx.com fedoraproject.org fin-ncloudstorage.com flow.ch forgerock.io funkfeuer.at github.com
    gov-ncloudstorage.com grok.bot her.name his.name hooc.me hosted-by-previder.com hosteur.com hrsn.net
    hs-heilbronn.de ik-server.com interhostsolutions.be jelastic.cloud jelastic.com jelastic.vps-host.net
    jenv-aruba.cloud k2.cloud kuleuven.be lair.io layershift.co.uk linode.com linodeusercontent.com localcert.dev
    massivegrid.com massivegrid.net metacentrum.cz muni.cz mynetname.net mythic-beasts.com nabu.casa ncloud.com
    ncloudstorage.com ncpstorage.com neen.it nftstorage.link nip.io noc.ruhr-uni-bochum.de nodeart.io
    nospamproxy.com oast.fun objectstorage.ch observableusercontent.com on.aws onstackit.cloud ortsinfo.at ovh.net
    party.eus pastebin.com platform.sh ply.gg prgmr.com project-study.com quickconnect.cn quickconnect.to
    r2.cloudflarestorage.com railway.app rb-hosting.io rdpa.co reclaim.cloud render.com repost.aws resinstaging.io
    retrosnub.co.uk rit.edu sagemaker.aws sagemaker.com.cn sakurastorage.jp salesforce.com saveincloud.net
    scaleforce.com.cy scaleforce.net scrypted.io scw.cloud slack.com spawn.cc speedpartner.de srcf.net sslip.io
    storacha.link storage.dev storageapi.dev tawk.email tawkto.email tb-hosting.com teckids.org telegram.org
    thingdust.io transfer.sh transip.me trendhosting.cloud typeform.com usgovcloudapi.net vault.azure.net w3s.link
    wafaicloud.com wasabisys.com webaccel.jp webhook.site wiardweb.com windows.net
  `
    .trim()
    .split(/\s+/),
);
